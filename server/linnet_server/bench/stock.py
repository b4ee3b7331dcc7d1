"""The yardstick: a server on plain pygls that answers each request for ghost text with the same word.

It does not even look at the document, so nobody can be faster who serves with pygls as it is.
"""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("stock", "1")


@server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
def inline_completion(params: types.InlineCompletionParams) -> types.InlineCompletionList:
    """The same for every place."""
    place = types.Range(params.position, params.position)
    return types.InlineCompletionList([types.InlineCompletionItem("word", range=place)])


if __name__ == "__main__":
    server.start_io()
