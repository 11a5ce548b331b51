path = "C:\\data"
open(path)
