case ${1:-all} in
  all) cp src/ngircd/ngircd.c ngircd ;;
  check) test "$(pwd)" = /usr/local/src/ngircd/src/ngircd ;;
  install)
    prefix=$(sed 's/--prefix=//' prefix)
    mkdir -p "$prefix/sbin" "$prefix/etc"
    cp ngircd "$prefix/sbin/"
    ;;
esac
