declare module 'picomatch' {
  interface Options {
    dot?: boolean
    nonegate?: boolean
    /** Not given: the package asks which platform it runs on. */
    windows: boolean
  }
  export default function picomatch(globs: string | string[], options: Options): (path: string) => boolean
}
