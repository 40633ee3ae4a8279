// The page is complete without this script: it only adds the filter, and opens every detail for the printer.
(() => {
  "use strict";
  const root = document.documentElement;
  const filter = document.getElementById("filter");
  if (filter) {
    const boxes = [...filter.querySelectorAll("input")];
    const update = () => {
      let shown = 0;
      for (const box of boxes) {
        root.classList.toggle(`without-${box.value}`, !box.checked);
        if (box.checked) shown += Number(box.dataset.count);
      }
      document.getElementById("shown").textContent = filter.dataset.shown.replace("{shown}", shown);
    };
    const choose = (wanted) => {
      for (const box of boxes) box.checked = wanted(box);
      update();
    };
    const reveal = () => {
      const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
      const group = target && target.closest(".group");
      const box = group && boxes.find((each) => group.classList.contains(each.value));
      if (box && !box.checked) {
        box.checked = true;
        update();
      }
      if (target && target.matches("details")) target.open = true;
      if (target) target.scrollIntoView();
    };
    filter.addEventListener("change", update);
    document.getElementById("show-all").addEventListener("click", () => choose(() => true));
    document.getElementById("show-action")?.addEventListener("click", () => choose((box) => "action" in box.dataset));
    addEventListener("hashchange", reveal);
    filter.hidden = false;
    root.classList.add("js");
    choose(() => true); // a browser may remember boxes from an earlier visit: nothing is hidden unasked
    if (location.hash) reveal();
  }
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });
})();
