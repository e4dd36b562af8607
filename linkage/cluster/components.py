"""Connected components of pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]


def components(count: int, left: Ints, right: Ints) -> Ints:
    """Component number of each of `count` records; numbers are of no meaning beyond equality."""
    from scipy.sparse import coo_array  # noqa: PLC0415 - a tenth of a server's start, and only a resolution needs it
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    matrix = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    _, labels = connected_components(matrix, directed=False)
    return np.asarray(labels, dtype=np.int32)
