if a < b and c:
