# redwood builds a side of the application
test "$1" = build
mkdir -p "$2/dist" node_modules/.prisma
cp "$2/src/graphql.js" "$2/dist/graphql.js"
touch node_modules/.prisma/client
