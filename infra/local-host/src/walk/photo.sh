upload docs/images/cup.jpg image/jpeg '"kind":"product-photo","sku":"CUP-01","content_type":"image/jpeg"'
sleep 3; curl -s $shop/products/CUP-01; echo
