// Local files only. A formula in a line may be broken; one of its own line scrolls, see
// site.css.
window.MathJax = {
  loader: {
    load: ["a11y/assistive-mml"],
    paths: { fonts: "[mathjax]/fonts" },
  },
  options: {
    ignoreHtmlClass: "tex2jax_ignore|mathjax_ignore|document",
    processHtmlClass: "tex2jax_process|mathjax_process|math",
    // What a screen reader reads is the MathML; its own speech would need a worker.
    enableEnrichment: false,
    enableSpeech: false,
    enableBraille: false,
    enableExplorer: false,
    menuOptions: {
      settings: { assistiveMml: true, enrich: false, speech: false, braille: false },
    },
  },
  output: { displayOverflow: "overflow", linebreaks: { inline: true } },
};
