/** What the page says, in Chinese and English. */

const WORDS = {
  zh: {
    title: "培训经理助手 · 演示", subtitle: "真实的机器人，本机运行，不联网", language: "English",
    light: "浅色", dark: "深色", tour: "导览", panel: "导览与时间线", reset: "重新开始", close: "关闭", ok: "好", cancel: "取消",
    resetQuestion: "重新开始？所有聊天清空，时间回到现在。",
    minutes10: "+10 分钟", hour: "+1 小时", next: "下一个提醒", morning: "明早 07:50", cohort: "下一批次满月", date: "到某时…", go: "前往", moment: "把时间拨到", momentHint: "上海时间。时间只能往前走。",
    clock: "时间", nothingPlanned: "目前没有这类安排", onlyForward: "时间只能往前走",
    running: "机器人在线", starting: "正在启动", loading: "正在准备数据", away: "机器人离线",
    manager: "培训经理", admin: "管理员", newcomer: "新来的", group: "群", private: "助手", bot: "机器人", typing: "正在输入…",
    members: (n) => `${n} 位成员`, owner: "这是谁的手机", chats: "聊天", phone: (who) => `${who}的手机`, messages: "消息",
    write: "输入消息", send: "发送", attach: "发送文件", commands: "命令菜单", noCommands: "这里还没有命令", start: "开始", unblock: "解除屏蔽", block: "屏蔽机器人",
    reply: "回复", edit: "编辑", editing: "编辑消息", edited: "已编辑", pinned: "置顶消息", photo: "图片", file: "文件", download: "下载", enlarge: "放大图片",
    toBottom: "到最新消息", unread: (n) => `${n} 条未读`, emptyPrivate: "还没有消息。点一个试试，或者打开左下角的菜单。", emptyStart: "点“开始”，和助手打个招呼。", emptyGroup: "群里还没有消息。",
    firsts: { manager: ["日报", "出单", "待交", "帮助"], admin: ["/stats", "/missing", "/cohort", "/people"] },
    joined: (who) => `${who} 加入了群`, left: (who) => `${who} 离开了群`, pinnedBy: (who) => `${who} 置顶了一条消息`, founded: (name) => `话题“${name}”`, migrated: "群已升级为超级群",
    coming: "接下来", nothingComing: "暂时没有安排。", people: (n) => ` · ${n} 人`, inGroup: "群里",
    reports: { daily: "日报", weekly: "周报", monthly: "月报", plan: "下月培训计划", order_rate: "出单率报送", skills_mail: "销售技能总结" },
    stages: { evening: "提醒", "last-call": "最后一次提醒", "before-holiday": "节前提醒", draft: "提醒，附草稿", "day-before": "提前一天提醒", opening: "首次提醒", midway: "再次提醒", eve: "前一天提醒", "workday-before": "提前一个工作日提醒" },
    posts: { board: (what) => `${what} 汇总`, cohort_card: (what) => `${what} 最终卡片`, weekly_state: (what) => `一周情况 ${what}`, companies: (what) => `${what} 各公司出单率` },
    today: "今天", tomorrow: "明天", weather: "天气", weatherHint: "让网络和 Telegram 出点状况，看机器人怎么应付。",
    fine: "正常", slow: "网络慢", down: "断线", limited: "限流", crash: "杀掉机器人再启动",
    struck: { fine: "一切正常。", slow: (n) => `每次调用慢 1.5 秒，已有 ${n} 次。`, down: (n) => `Telegram 连不上，已断开 ${n} 次；消息都留着，恢复后补发。`, limited: (n) => `请求太多，已拒绝 ${n} 次；机器人等够时间再发。` },
    waiting: (n) => ` 待处理 ${n} 条。`, crashed: "机器人被强行结束，马上回来…", again: (n) => `一切正常。重新启动过 ${n} 次，什么也没丢。`, fell: "机器人意外退出：", wire: "线路", wireHint: "机器人最近的调用", outcomes: { "dropped before": "断开", "dropped after": "断开", garbled: "乱码" },
    failed: "没有成功", tourDone: "八步都完成了，了不起！", show: "带我做",
    steps: {
      buttons: ["用按钮填一份日报", "在{first}的手机里说“日报”，一路点按钮。"],
      paste: ["粘贴一整份日报", "在{second}的手机里，把带标签的几行一次贴进去，再确认。"],
      orders: ["记两单", "对助手说 /orders 张伟 2，一句话就够。"],
      reminder: ["看晚上的提醒", "把时间拨到晚上 20:00，没交日报的人会收到提醒。"],
      board: ["看早上的榜", "把时间拨到第二天 08:06，群里会出现昨天的汇总。"],
      cohort: ["看一张批次卡片", "拨到下一批次满月之后，或在{admin}的手机里说 /cohort，点开图片放大。"],
      stats: ["以管理员身份问 /stats", "在{admin}的手机里看本月情况，每个百分比都带分数。"],
      crash: ["填到一半，杀掉机器人", "先开始一份日报，再杀掉机器人；它回来以后接着填。"],
    },
    samples: { checkIn: "日报", paste: "日报\n状态：上班\n在训：12\n试岗：3/1/0\n明日计划：和新人做第二次陪访", orders: "/orders 张伟 2", stats: "/stats", cohort: "/cohort" },
  },
  en: {
    title: "Training bot · demo", subtitle: "The real bot, on this machine, offline", language: "中文",
    light: "Light", dark: "Dark", tour: "Tour", panel: "Tour and timeline", reset: "Start over", close: "Close", ok: "OK", cancel: "Cancel",
    resetQuestion: "Start over? All chats are emptied and time returns to now.",
    minutes10: "+10 min", hour: "+1 h", next: "Next reminder", morning: "Tomorrow 07:50", cohort: "Cohort closes", date: "Date…", go: "Go", moment: "Move the time to", momentHint: "Shanghai time. Time only moves forward.",
    clock: "Time", nothingPlanned: "Nothing of this kind is planned", onlyForward: "Time only moves forward",
    running: "Bot online", starting: "Starting", loading: "Preparing data", away: "Bot offline",
    manager: "manager", admin: "admin", newcomer: "newcomer", group: "Group", private: "Bot", bot: "bot", typing: "typing…",
    members: (n) => `${n} members`, owner: "Whose phone this is", chats: "Chats", phone: (who) => `Phone of ${who}`, messages: "Messages",
    write: "Message", send: "Send", attach: "Send a file", commands: "Command menu", noCommands: "No commands here yet", start: "Start", unblock: "Unblock", block: "Block the bot",
    reply: "Reply", edit: "Edit", editing: "Edit message", edited: "edited", pinned: "Pinned message", photo: "Photo", file: "File", download: "Download", enlarge: "Enlarge the picture",
    toBottom: "To the latest message", unread: (n) => `${n} unread`, emptyPrivate: "Nothing here yet. Try one of these, or open the menu below.", emptyStart: "Press Start to greet the bot.", emptyGroup: "Nobody has written in the group yet.",
    firsts: { manager: ["/checkin", "/orders", "/due", "/help"], admin: ["/stats", "/missing", "/cohort", "/people"] },
    joined: (who) => `${who} joined the group`, left: (who) => `${who} left the group`, pinnedBy: (who) => `${who} pinned a message`, founded: (name) => `Topic “${name}”`, migrated: "The group became a supergroup",
    coming: "Coming up", nothingComing: "Nothing is planned for now.", people: (n) => ` · ${n} ${n === 1 ? "person" : "people"}`, inGroup: "Group",
    reports: { daily: "Daily report", weekly: "Weekly report", monthly: "Monthly report", plan: "Training plan", order_rate: "Order-rate submission", skills_mail: "Sales-skills summary" },
    stages: { evening: "reminder", "last-call": "last call", "before-holiday": "before the holiday", draft: "reminder with a draft", "day-before": "a day ahead", opening: "first reminder", midway: "second reminder", eve: "the day before", "workday-before": "a working day ahead" },
    posts: { board: (what) => `board, ${what}`, cohort_card: (what) => `final card, ${what}`, weekly_state: (what) => `the week ${what}`, companies: (what) => `companies by order rate, ${what}` },
    today: "today", tomorrow: "tomorrow", weather: "Weather", weatherHint: "Give the network and Telegram a bad day and watch the bot cope.",
    fine: "Fine", slow: "Slow", down: "Down", limited: "Rate limit", crash: "Kill the bot and restart it",
    struck: { fine: "All is well.", slow: (n) => `Every call takes 1.5 s longer; ${n} so far.`, down: (n) => `Telegram is out of reach, ${n} ${n === 1 ? "call" : "calls"} cut off. Nothing is lost; it goes out afterwards.`, limited: (n) => `Too many requests, ${n} refused. The bot waits as long as it is asked to.` },
    waiting: (n) => ` ${n} waiting for the bot.`, crashed: "The bot was killed and is coming back…", again: (n) => `All is well. Restarted ${n === 1 ? "once" : `${n} times`}; nothing was lost.`, fell: "The bot fell over:", wire: "On the wire", wireHint: "The bot's latest calls", outcomes: { "dropped before": "cut off", "dropped after": "cut off", garbled: "garbled" },
    failed: "That did not work", tourDone: "All eight done. Well travelled!", show: "Show me",
    steps: {
      buttons: ["Fill a check-in with buttons", "On {first}'s phone say /checkin and tap your way through."],
      paste: ["Paste a whole check-in", "On {second}'s phone paste labelled lines in one go, then confirm."],
      orders: ["Record two orders", "Tell the bot /orders 张伟 2. One line is enough."],
      reminder: ["See the evening reminder", "Move the time to 20:00: whoever has not reported gets a reminder."],
      board: ["See the morning board", "Move to 08:06 the next day: the group gets yesterday's summary."],
      cohort: ["Look at a cohort card", "Move past the next cohort's close, or say /cohort on {admin}'s phone, and enlarge the picture."],
      stats: ["Ask /stats as admin", "On {admin}'s phone: this month at a glance, every percentage with its fraction."],
      crash: ["Kill the bot half-way through a form", "Begin a check-in, kill the bot, and go on when it is back."],
    },
    samples: { checkIn: "/checkin", paste: "/checkin\nStatus: At work\nIn training: 12\nTrial post: 3/1/0\nPlan for tomorrow: second ride-along with a new hire", orders: "/orders 张伟 2", stats: "/stats", cohort: "/cohort" },
  },
};

const asked = new URLSearchParams(location.search).get("lang");
let language = asked ?? localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
if (!(language in WORDS)) language = "en";

/** The words of the chosen language. */
export function words() {
  return WORDS[language];
}

/** What the bot will do: a reminder with its stage and how many it reaches, or a post in the group. */
export function comingText({ kind, report, stage, about, people }) {
  const t = WORDS[language];
  const what = [t.reports[report], about].filter(Boolean).join(" ");
  const post = t.posts[kind];
  if (post) return `${t.inGroup} · ${post(what)}`;
  return [what, t.stages[stage] ?? stage].filter(Boolean).join(" · ") + (people ? t.people(people) : "");
}

/** "zh-CN" or "en-GB": for dates and for the page itself. */
export function locale() {
  return language === "zh" ? "zh-CN" : "en-GB";
}

/** Go over to the other language. */
export function changeLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
}
