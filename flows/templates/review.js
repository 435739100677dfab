(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const film = document.getElementById("film");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const plain = (event) => !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button);

  // Seeking before the metadata is there is forgotten by some browsers: wait for it.
  let chosen = null;
  const playFrom = (video, seconds) => {
    chosen = video;
    const go = () => { if (chosen !== video) return; video.currentTime = seconds + 0.01; video.play().catch(() => {}); };
    if (video.readyState) return go();
    video.addEventListener("loadedmetadata", go, { once: true });
    video.load();
  };

  const chapters = all("[data-chapter]");
  for (const link of all("[data-chapter], [data-film]")) link.addEventListener("click", (event) => {
    if (!film || !plain(event)) return;
    event.preventDefault();
    if (link.dataset.film) film.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "center" });
    playFrom(film, +(link.dataset.chapter || link.dataset.film));
  });

  const follow = () => {
    const now = film.currentTime;
    for (const link of chapters) {
      const from = +link.dataset.chapter, until = +link.dataset.until;
      const part = Math.min(1, Math.max(0, (now - from) / (until - from)));
      link.querySelector("b").style.transform = `scaleX(${part})`;
      if (now >= from && now < until && (now > 0 || !film.paused)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (!film.paused && !calm) requestAnimationFrame(follow);
  };
  if (film) for (const name of ["play", "timeupdate", "seeked", "ended"]) film.addEventListener(name, follow);

  for (const scene of all(".scene")) {
    const shots = all("[data-from]", scene);
    const shown = () => all("video", scene).find((video) => video.offsetParent);
    const radio = () => scene.querySelector("fieldset input:checked");
    for (const link of all("[data-shot]", scene)) link.addEventListener("click", (event) => {
      const video = shown();
      if (!video || !plain(event)) return;
      event.preventDefault();
      playFrom(video, +link.dataset.shot);
    });
    for (const video of all("video", scene)) video.addEventListener("timeupdate", () => {
      for (const shot of shots) {
        const inside = video.currentTime >= +shot.dataset.from && video.currentTime < +shot.dataset.until;
        if (inside && video.currentTime > 0) shot.setAttribute("aria-current", "true");
        else shot.removeAttribute("aria-current");
      }
    });

    // Side by side, the raw clip follows the styled one in silence.
    const styled = scene.querySelector(".compare .styled video"), raw = scene.querySelector(".compare .raw video");
    if (!styled || !raw) continue;
    const both = () => radio().value === "both";
    const match = () => { if (both() && Math.abs(raw.currentTime - styled.currentTime) > 0.12) raw.currentTime = styled.currentTime; };
    styled.addEventListener("play", () => { if (both()) raw.play().catch(() => {}); });
    styled.addEventListener("pause", () => { if (both()) raw.pause(); });
    for (const name of ["timeupdate", "seeking"]) styled.addEventListener(name, match);
    let before = "styled";
    scene.querySelector("fieldset").addEventListener("change", () => {
      const was = before === "raw" ? raw : styled, view = (before = radio().value);
      const at = was.currentTime, playing = !was.paused;
      raw.muted = view === "both";
      raw.controls = view !== "both";
      for (const video of [styled, raw]) { video.pause(); if (video.readyState) video.currentTime = at; }
      if (playing) (view === "raw" ? raw : styled).play().catch(() => {});
    });
  }

  // One thing plays at a time, its partner of a comparison aside.
  document.addEventListener("play", (event) => {
    const same = (other) => other.closest(".compare") && other.closest(".compare") === event.target.closest(".compare");
    for (const other of all("video, audio")) if (other !== event.target && !same(other)) other.pause();
  }, true);

  const said = document.getElementById("said");
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* no clipboard on plain http: the old way */ }
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  for (const button of all("[data-copy]")) button.addEventListener("click", async () => {
    if (!(await copy(button.dataset.copy))) return;
    button.classList.add("done");
    said.textContent = "Copied " + button.dataset.copy;
    setTimeout(() => button.classList.remove("done"), 1600);
  });
})();
