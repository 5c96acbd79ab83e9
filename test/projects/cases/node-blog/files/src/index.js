exports.hello = 1
