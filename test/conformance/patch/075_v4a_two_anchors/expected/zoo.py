class Bear:
    def feed(self):
        return 1

    def rest(self):
        return 2


class Seal:
    def feed(self):
        return 1
