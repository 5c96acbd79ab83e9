case $1 in
  -j2) cp ../src/znc.cpp znc ;;
  install) mkdir -p /opt/znc/bin && mv znc /opt/znc/bin/ ;;
esac
