// Runs at the end of npm ci, in JavaScript that an old Node.js understands: all else here is TypeScript, and
// would fail with a message that says nothing. npm finds the project's own Node.js first, where that could be installed.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Node.js 24 is needed, this is ${process.version}, and npm could not install one for this system ` +
      `(${process.platform} ${process.arch}). Install it from https://nodejs.org, then run npm ci again.`,
  );
  process.exit(1);
}
