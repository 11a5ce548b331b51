P = r"\d+\s"
