"""What the managers of the sample data write, day by day and month by month."""

PLANS = (
    "陪两名新人做下午的预约拜访，晚上看录入情况",
    "早会演练两分钟介绍，抽查三个人的系统录入",
    "入职班第三天：产品演示和分组练习",
    "和主管核对本周拜访量，帮落后的两人排客户",
    "回炉培训：异议处理，每组写三种应对",
    "跟进昨天两家意向客户，请新人自己谈成交",
    "准备下一批的教材和签到表，确认教室",
    "陪新人做陌拜，重点练开场白",
    "整理本周常见问题，周五例会统一答法",
    "检查试岗人员的拜访记录，逐个反馈",
)
PLANS_IN_ENGLISH = (
    "Two ride-alongs in the afternoon, then check what was entered",
    "Morning drill: the two-minute introduction; spot checks on the CRM",
    "Induction, day three: product demo and practice in groups",
    "Go through this week's visits with the supervisors",
    "Refresher: three answers to every objection",
    "Follow up yesterday's two leads; the hires close themselves",
    "Prepare material and the room for the next class",
    "Cold visits with a new hire: work on the opening",
    "Collect this week's questions for Friday's meeting",
    "Read the visit notes of those on trial and give feedback",
)
TOPICS = (
    ("induction", "产品知识与系统操作", "09:00", "11:30", 12),
    ("refresher", "异议处理：价格问题怎么答", "15:00", "16:30", 14),
    ("induction", "销售流程与拜访礼仪", "13:30", "16:00", 12),
    ("promotion", "本月促销政策讲解", "09:00", "10:00", 18),
    ("supervisors", "主管怎么带新人做第一单", "16:00", "17:30", 6),
    ("refresher", "一坐二演示三订单：分组演练", "14:00", "16:00", 15),
)
"""Kind, topic, from, to, expected."""
SUMMARIES = (
    "分组练习效果好，多数人能独立演示，提问环节还要多练",
    "每组各写了三种应对，选出两种统一使用，下周抽查",
    "流程都能背下来，实际开口偏紧张，安排陪练",
)
SKILLS = (
    "本月重点练习异议处理：先认同、再提问、后举例。演练六次，新人由只会降价转为能讲清服务内容。"
    "\n不足：收尾时主动要单的还不到一半，下月继续练。"
)
WEEKS_AHEAD = "继续每周两次早会演练；对还没出单的新人每人至少陪访一次；周四前完成系统录入检查。"
PEAKS = "每月 5 日至 12 日；20 日前后有一次校园招聘"
