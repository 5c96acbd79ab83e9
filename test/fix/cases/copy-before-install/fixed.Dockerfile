FROM toolbox
ENV NODE_ENV=production
WORKDIR /app
# everything
COPY package.json package-lock.json ./
# what it needs
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
CMD ["node", "src/index.js"]
