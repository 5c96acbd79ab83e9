#!/bin/sh -e
test "$1" = --docker-mode
mkdir -p /etc/crowdsec/hub /usr/local/lib/crowdsec/plugins /var/lib/crowdsec/data
echo 'common: {}' >/etc/crowdsec/user.yaml
touch /usr/local/lib/crowdsec/plugins/notification-http /var/lib/crowdsec/data/GeoLite2-City.mmdb
for program in crowdsec cscli; do printf '#!/bin/sh\n' >/usr/local/bin/$program; chmod 755 /usr/local/bin/$program; done
