fn main() { grep() }
