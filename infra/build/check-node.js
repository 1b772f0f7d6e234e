// Runs at the end of npm ci, and before the CDK's app, in JavaScript that an old Node.js understands: all else here is
// TypeScript, and would fail with a message that says nothing. npm and npx find the project's own Node.js first, where
// that could be installed.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    process.env.npm_lifecycle_event
      ? `Node.js 24 is needed, this is ${process.version}, and npm could not install one for this system ` +
          `(${process.platform} ${process.arch}). Install it from https://nodejs.org, then run npm ci again.`
      : `Node.js 24 is needed, and this is ${process.version}: begin the command with npx, which finds the one of npm ci.`,
  );
  process.exit(1);
}
