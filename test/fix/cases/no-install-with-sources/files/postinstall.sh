cp settings.txt node_modules/settings.txt
