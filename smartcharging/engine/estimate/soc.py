"""What a battery needs, from its state of charge."""


def need_from_soc(
    soc_percent: float, battery_wh: float, target_percent: float = 80.0, efficiency: float = 0.9
) -> float:
    """Wh at the outlet until the target; zero where it is reached.

    Raises ValueError for a state or target that is no percentage, or a battery or efficiency of nothing.
    """
    if not (0 <= soc_percent <= 100 and 0 <= target_percent <= 100):
        raise ValueError("a state of charge is between 0 and 100 %")
    if not (battery_wh > 0 and 0 < efficiency <= 1):
        raise ValueError("a battery holds more than nothing and loses less than all")
    return max(0.0, target_percent - soc_percent) / 100 * battery_wh / efficiency
