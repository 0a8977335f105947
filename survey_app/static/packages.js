// Keeps the progress of packages up to date while one is being made; without it the page has a link for that.
(() => {
  const again = async () => {
    const old = document.getElementById("packages");
    if (!old || !("busy" in old.dataset)) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("packages");
      if (answer.ok && fresh && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(fresh));
    } catch {
      // offline: the next try may do
    }
    setTimeout(again, 5000);
  };
  setTimeout(again, 5000);
})();
