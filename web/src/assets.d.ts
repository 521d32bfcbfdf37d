// What esbuild's `file` loader gives for an import: the address of the hashed copy.
declare module '*.worker.js' {
  const url: string;
  export default url;
}
