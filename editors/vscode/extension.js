// Starts `edgesh lsp` for .edge files. All that the editor knows of the language comes from there.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function activate() {
  const command = workspace.getConfiguration("edgesh").get("path") || "edgesh";
  const server = { command, args: ["lsp"] };
  client = new LanguageClient("edgesh", "edgesh", server, {
    documentSelector: [{ language: "edge" }],
  });
  return client.start();
}

function deactivate() {
  return client ? client.stop() : undefined;
}

module.exports = { activate, deactivate };
