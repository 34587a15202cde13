/** What native/tools/build-page.mjs makes of core/page. */
declare module "#page/*" {
  interface PageAsset {
    /** With `%NAME%` where the parts go. */
    readonly html: string;
    readonly script: string;
    readonly style: string;
  }
  const asset: PageAsset;
  export default asset;
}
