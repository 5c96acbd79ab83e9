test "$(pwd)" = /usr/local/src/ngircd/src/ngircd
