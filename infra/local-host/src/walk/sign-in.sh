shop=http://127.0.0.1:3000
token() { curl -s $shop/dev/token -H 'content-type: application/json' -d "{\"sub\":\"$1\",\"groups\":[${2:+\"$2\"}]}" | sed 's/.*"access_token":"\([^"]*\)".*/\1/'; }
