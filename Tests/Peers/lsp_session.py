"""Drives `edgesh lsp` with the client of pygls: what it is asked for is sent as the typed messages of lsprotocol, and every answer has to
fit the types of the protocol.

Reads from standard input {"program": path, "folder": path, "steps": [...]}; a step is {"notify" or "request": method, "params": ...}.
Prints a list with one element a step: the answer, the error as {"error": message, "code": number}, or null; behind the last
stands {"diagnostics": {uri: [...]}, "exit": exit code}.
"""

import asyncio
import json
import sys

from lsprotocol import converters, types
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import BaseLanguageClient


async def main():
    job = json.load(sys.stdin)
    converter = converters.get_converter()
    client = BaseLanguageClient("tests", "1")
    diagnostics = {}

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def _(parameters):
        diagnostics[parameters.uri] = converter.unstructure(parameters.diagnostics)

    await client.start_io(job["program"], "lsp")
    folder = "file://" + job["folder"]
    capabilities = types.ClientCapabilities()
    await client.initialize_async(types.InitializeParams(capabilities=capabilities, root_uri=folder))
    client.initialized(types.InitializedParams())

    answers = []
    for step in job["steps"]:
        method = step.get("notify") or step["request"]
        parameters = converter.structure(step["params"], types.METHOD_TO_TYPES[method][2])
        if "notify" in step:
            client.protocol.notify(method, parameters)
            answers.append(None)
            continue
        try:
            answer = await asyncio.wait_for(client.protocol.send_request_async(method, parameters), 30)
            answers.append(converter.unstructure(answer))
        except JsonRpcException as error:
            answers.append({"error": error.message, "code": error.code})
    await client.shutdown_async(None)
    client.exit(None)
    code = await asyncio.wait_for(client._server.wait(), 10)
    answers.append({"diagnostics": diagnostics, "exit": code})
    print(json.dumps(answers))
    sys.stdout.flush()
    await client.stop()


asyncio.run(main())
