"""Stock of the bakery."""

PRICE = 3


def bake(count):
    oven = Oven()
    oven.heat(220)
    return oven.bake(count)


def sell(count):
    till = Till()
    return till.take(count * PRICE)
