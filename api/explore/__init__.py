"""What an investigator sees of the graph, a step at a time: what is near a driver, the strongest ties first."""

from api.explore.expand import Expansion, expand
from api.explore.picture import Picture, people_of
from api.explore.restore import restore
from api.explore.start import start_at
from api.explore.veils import Veils

__all__ = ["Expansion", "Picture", "Veils", "expand", "people_of", "restore", "start_at"]
