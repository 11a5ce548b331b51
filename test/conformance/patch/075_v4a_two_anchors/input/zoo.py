class Bear:
    def feed(self):
        return 1

    def rest(self):
        return 1


class Seal:
    def feed(self):
        return 1
