#!/bin/sh -e
test "$REMOVE_APK" = 0
touch /hardened
