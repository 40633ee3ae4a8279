"""yaml-language-server, which VS Code and others run, reads our schema: completion, hover and diagnostics of a manifest."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.runner import ROOT, SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import IO

SCHEMA = ROOT / "schemas" / "ai-manifest" / "1.0.schema.json"
URI = "file:///projet/ai-manifest.yaml"
SETTINGS = {"yaml": {"schemas": {SCHEMA.as_uri(): ["ai-manifest.yaml"]}, "schemaStore": {"enable": False}}}
TEXT = """\
people:
  impact: low
  impcat: low
transparency:
  disclosure:
    places:
      - \n
data:
  \n"""
IMPACT, MISSPELT, PLACE, SECTION = (1, 4), 2, (6, 8), (9, 2)


class Server:
    """A language server on its standard streams, as the Language Server Protocol 3.17 frames messages."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._requests, self._answers = requests, answers
        self._last = 0

    def tell(self, **content: object) -> None:
        """Sends a message."""
        body = json.dumps({"jsonrpc": "2.0", **content}).encode()
        self._requests.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._requests.flush()

    def ask(self, method: str, params: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """The result of a request."""
        self._last += 1
        self.tell(id=self._last, method=method, params=params)
        return self._until(lambda message: message.get("id") == self._last and "method" not in message)["result"]

    def told(self, method: str) -> Any:  # noqa: ANN401 - any JSON
        """The parameters of the next notification of that name."""
        return self._until(lambda message: message.get("method") == method)["params"]

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            message = self._read()
            if wanted(message):
                return message
            if message.get("method") == "workspace/configuration":
                self.tell(id=message["id"], result=[SETTINGS.get(item.get("section"), {}) for item in message["params"]["items"]])
            elif "id" in message and "method" in message:
                self.tell(id=message["id"], result=None)

    def _read(self) -> dict[str, Any]:
        size = 0
        while line := self._answers.readline().strip():
            if line.lower().startswith(b"content-length:"):
                size = int(line.partition(b":")[2])
        assert size, "the server is gone"
        message: dict[str, Any] = json.loads(self._answers.read(size))
        return message


@pytest.fixture(scope="module")
def server(node_file: Callable[[str], Path], program: Callable[..., Path]) -> Iterator[Server]:
    """The server, with the manifest open under our schema and nothing from the network."""
    started = node_file("yaml-language-server/bin/yaml-language-server")
    command: list[str | Path] = [program("node"), started, "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        running = Server(process.stdin, process.stdout)
        snippets = {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}}
        text = {"completion": snippets, "hover": {"contentFormat": ["markdown"]}}
        abilities = {"workspace": {"configuration": True}, "textDocument": text}
        running.ask("initialize", {"processId": None, "rootUri": None, "capabilities": abilities})
        running.tell(method="initialized", params={})
        running.tell(method="workspace/didChangeConfiguration", params={"settings": SETTINGS})
        document = {"uri": URI, "languageId": "yaml", "version": 1, "text": TEXT}
        running.tell(method="textDocument/didOpen", params={"textDocument": document})
        yield running
        process.kill()
        process.wait(SECONDS)


@pytest.fixture(scope="module")
def diagnostics(server: Server) -> list[dict[str, Any]]:
    """What the server finds wrong, told once after the manifest is opened."""
    found: list[dict[str, Any]] = server.told("textDocument/publishDiagnostics")["diagnostics"]
    return found


def at(place: tuple[int, int]) -> dict[str, Any]:
    """A place in the manifest, counted from 0."""
    line, character = place
    return {"textDocument": {"uri": URI}, "position": {"line": line, "character": character}}


def published() -> dict[str, Any]:
    """Our schema."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


def test_a_misspelt_key_is_underlined(diagnostics: list[dict[str, Any]]) -> None:
    (found,) = [each for each in diagnostics if each["range"]["start"]["line"] == MISSPELT]
    assert "impcat" in found["message"]
    assert found["range"]["start"]["character"] == 2


@pytest.mark.usefixtures("diagnostics")
def test_hovering_over_a_key_shows_its_french_title_description_and_values(server: Server) -> None:
    impact = published()["properties"]["people"]["properties"]["impact"]
    shown = server.ask("textDocument/hover", at(IMPACT))["contents"]["value"]
    assert impact["title"] in shown
    assert impact["description"] in shown
    assert all(label["fr"] in shown for label in impact["x-labels"].values())


@pytest.mark.usefixtures("diagnostics")
def test_the_places_of_a_notice_are_offered_with_their_french_labels(server: Server) -> None:
    disclosure = published()["properties"]["transparency"]["properties"]["disclosure"]
    labels = disclosure["properties"]["places"]["items"]["x-labels"]
    offered = server.ask("textDocument/completion", at(PLACE))["items"]
    assert {item["label"]: item["documentation"] for item in offered} == {name: said["fr"] for name, said in labels.items()}


@pytest.mark.usefixtures("diagnostics")
def test_a_section_offers_its_template_whose_choices_begin_with_none_made(server: Server) -> None:
    (template,) = published()["properties"]["data"]["defaultSnippets"]
    offered = server.ask("textDocument/completion", at(SECTION))["items"]
    (found,) = [item for item in offered if item["label"] == template["label"]]
    assert found["insertText"] == f"personal: {template['body']['personal']}"
