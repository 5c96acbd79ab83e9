#!/bin/sh
exec crowdsec
