"""The API of Label Studio, as far as it is used."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import httpx

from .regions import Json


class LabelStudio:
    """A Label Studio, as one access token sees it.

    Args:
        url: its address.
        token: a personal access token, or a legacy token (40 hexadecimal digits).
        video_hosts: hosts besides its own that videos are fetched from.
    """

    def __init__(self, url: str, token: str, video_hosts: frozenset[str] = frozenset()) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._video_hosts = video_hosts
        self._http = httpx.Client(timeout=60, follow_redirects=False)

    def video(self, address: str) -> bytes:
        """What lies at the address of a task's video. Raises ValueError where it is on a host that is not allowed."""
        absolute = urljoin(f"{self._url}/", address)
        is_own = urlsplit(absolute).netloc == urlsplit(self._url).netloc
        if not is_own and urlsplit(absolute).hostname not in self._video_hosts:
            raise ValueError(f"videos of {urlsplit(absolute).hostname} are not fetched; --video-host allows it")
        # The token is for Label Studio only.
        answer = self._http.get(absolute, headers=self._headers() if is_own else {})
        answer.raise_for_status()
        return answer.content

    def add_prediction(self, task: int, prediction: Json) -> None:
        body = {"task": task, **prediction}
        answer = self._http.post(f"{self._url}/api/predictions/", json=body, headers=self._headers())
        answer.raise_for_status()

    def _headers(self) -> dict[str, str]:
        if len(self._token) == 40:
            return {"Authorization": f"Token {self._token}"}
        answer = self._http.post(f"{self._url}/api/token/refresh/", json={"refresh": self._token})
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access']}"}
