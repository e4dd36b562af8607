"""Which mentions of a carrier, a vehicle or an address are one thing, and what a reference to one means."""

from graph.resolve.addresses import resolve_addresses
from graph.resolve.carriers import refer_carriers, resolve_carriers
from graph.resolve.vehicles import judge_vins, resolve_vehicles, vehicle_key

__all__ = [
    "judge_vins",
    "refer_carriers",
    "resolve_addresses",
    "resolve_carriers",
    "resolve_vehicles",
    "vehicle_key",
]
