FROM toolbox
RUN --mount=type=secret,id=NPM_TOKEN,env=NPM_TOKEN test -n "$NPM_TOKEN" && echo registry > /etc/npmrc
