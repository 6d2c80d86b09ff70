// The password, given once; the server answers with a cookie that no script can read.
const form = document.getElementById("gate");
const trouble = form.querySelector(".trouble");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  trouble.hidden = true;
  try {
    const answer = await fetch("/api/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ password: form.elements.password.value }),
    });
    if (answer.ok) {
      location.replace("/");
      return;
    }
    trouble.textContent = (await answer.json()).error;
  } catch {
    trouble.textContent = "The page's server doesn't answer: is it still running?";
  }
  trouble.hidden = false;
  form.elements.password.select();
});
