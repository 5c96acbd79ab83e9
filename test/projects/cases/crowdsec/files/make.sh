# the release is a directory with the installer
mkdir crowdsec-v1
cp wizard.sh crowdsec-v1/
