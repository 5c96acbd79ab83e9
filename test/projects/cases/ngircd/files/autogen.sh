#!/bin/sh -e
echo "$1" >prefix
