#!/bin/sh
exec /opt/znc/bin/znc
