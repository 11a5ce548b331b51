"""Stock of the bakery."""

PRICE = 5


def bake(count):
    oven = Oven(2)
    oven.heat(220)
    return oven.bake(count)


def sell(count):
    till = Till(1)
    return till.take(count * PRICE)
