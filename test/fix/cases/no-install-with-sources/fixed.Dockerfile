FROM toolbox
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci
