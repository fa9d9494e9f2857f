"""The server of a run, as those see it who dial."""

from typing import Protocol

from ..config.endpoint import Endpoint
from ..errors import SymblError


class Server(Protocol):
    """Gives an endpoint when called (it is an EndpointProvider), anew at every dial.

    Safe from any thread.
    """

    def __call__(self) -> Endpoint:
        """May start a server and wait for it.

        Raises MissingError, AuthenticationError or UnreachableError.
        """
        ...

    def failed(self, endpoint: Endpoint, error: SymblError) -> bool:
        """Note that a dial to *endpoint* ended in *error*.

        Whether to dial again at once: the next endpoint will have been looked at
        more closely, or has another token.
        """
        ...
