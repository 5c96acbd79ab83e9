# not copied
