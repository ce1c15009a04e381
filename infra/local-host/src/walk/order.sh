curl -si $shop/orders -H "authorization: Bearer $ann" -H 'content-type: application/json' \
  -H 'idempotency-key: first' -d '{"items":[{"sku":"CUP-01","quantity":2}],"payment_token":"tok_ok"}'
sleep 3; curl -s "$shop/orders?limit=1" -H "authorization: Bearer $ann"; echo
