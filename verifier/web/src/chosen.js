/** The language of a page without a server: the one after its `#`, else the reader's own. To be loaded before all words. */
const known = ["zh", "en", "ko"];
const wanted = [location.hash.slice(1), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase())];
const language = wanted.find((name) => known.includes(name)) ?? "zh";

document.documentElement.lang = language === "zh" ? "zh-CN" : language;
addEventListener("hashchange", () => location.reload());
