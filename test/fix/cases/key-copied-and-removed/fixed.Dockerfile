FROM toolbox
RUN --mount=type=secret,id=deploy,target=/root/deploy.key \
    sha256sum /root/deploy.key | cut -c 1-8 > /etc/deployed
