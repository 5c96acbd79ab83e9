FROM toolbox
WORKDIR /srv
# the application, for its own user
COPY --chown=1000:1000 app /srv/app
RUN chmod 0700 /srv/app/start.sh
USER 1000
