printf 'sku,name,description,price,currency,stock\nCUP-01,Cup,A cup,7.50,EUR,12\nCUP-02,Cup,No price,,EUR,1\n' > spring.csv
upload spring.csv text/csv '"kind":"catalog","file_name":"spring.csv"'
sleep 3; curl -s "$status" -H "authorization: Bearer $olga"; echo
