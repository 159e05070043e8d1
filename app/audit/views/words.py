"""The audit's words for people: what was done, to what, and how fields and values are called."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp

DONE = {
    # events
    "published": _l("发布了"), "unpublished": _l("撤回了"), "rescheduled": _l("改期了"), "postponed": _l("延期了"),
    "cancelled": _l("取消了"), "restored": _l("恢复了"), "revised": _l("修改了"), "held": _l("登记了人数："),
    "closed": _l("办结或关闭了"), "discarded": _l("删除了草稿"),
    "annulled": _l("撤销了补登的"), "submitted": _l("送审了"), "returned": _l("退回了"),
    "taken_back": _l("收回了送审的"), "figures_confirmed": _l("确认了人数："), "figures_returned": _l("退回了人数："),
    "figures_corrected": _l("更正了人数："), "repeated": _l("再办一场，建了："),
    "shared_out": _l("定了各地份额："),
    "change_submitted": _l("送审一项修改："), "change_approved": _l("通过了送审的修改："),
    "change_refused": _l("退回了送审的修改："), "change_withdrawn": _l("撤回了送审的修改："),
    "remarked": _l("留言："), "laid_down": _l("规定了"),
    "lifted": _l("取消了"), "contacts_shown": _l("查看了联系方式："), "contact_changed": _l("换了联系人："),
    # returns and supervision
    "filed": _l("报了"), "approved": _l("通过了"),
    "prepared": _l("备了"), "sent": _l("发出了"), "dropped": _lp("audit", "不发了"), "slip_closed": _l("办结了"),
    # participants
    "enrolled": _l("登记了"), "withdrawn": _l("取消了"), "corrected": _l("更正了"),
    "erased": _l("删除了个人信息："), "heads_frozen": _l("定下了报名人数："),
    "worded": _l("改了措辞："), "letter_retried": _l("要求马上再寄"), "letter_stopped": _l("停下了"),
    "storm_released": _l("放行了"),
    "letter_sent_anyway": _l("仍然寄出了"),
    "follow_asked": _l("想用邮件关注日历："), "follow_confirmed": _l("确认了邮件关注："),
    "follow_changed": _l("改了邮件关注："),
    "unsubscribed": _l("退订了"), "resubscribed": _l("恢复了退订的"),
    # people
    "invited": _l("添加了"), "link_issued": _l("发了登录链接给"), "handed_over": _l("交接了"),
    "role_given": _l("给了角色："), "role_taken": _l("收回了角色："), "deactivated": _l("停用了"),
    "reactivated": _l("重新启用了"), "staff_imported": _l("用表格导入了人员"),
    "signed_in": _l("登录了"), "signed_in_by_link": _l("用一次性链接登录"), "sign_in_failed": _l("登录失败"),
    "signed_out": _l("退出登录"), "sessions_ended": _l("结束了登录"), "password_set": _l("设了密码"),
    "recovery_asked": _l("要求找回密码"), "recovery_code_used": _l("用恢复码登录"),
    "recovery_codes_renewed": _l("换了恢复码"), "second_factor_added": _l("开了两步验证"),
    "second_factor_removed": _l("关了两步验证"), "passkey_removed": _l("删除了通行密钥"),
    # organizations, plans, settings
    "founded": _l("添加了"), "renamed": _l("改了名称："), "moved": _l("移动了"), "merged": _l("合并了"),
    "received": _l("收进了别的单位："), "reopened": _l("恢复了"), "aliases_set": _l("改了别名："),
    "entered": _l("登记了"), "removed": _l("删除了"), "files_added": _l("加了材料："),
    "file_dropped": _l("删了材料："),
    "step_applied": _l("记下申报："), "step_reviewed": _l("记下评审："), "step_announced": _l("记下公示："),
    "step_approved": _l("记下批复："), "step_plaque": _l("记下授牌："), "step_withdrawn": _l("撤销了"),
    "feed_made": _l("建了"), "feed_rotated": _l("换了地址："), "feed_revoked": _l("停用了"),
    "slice_saved": _l("存了"), "slice_deleted": _l("删除了"),
    "calendar_imported": _l("从别的日历导入了活动："), "held_imported": _l("用表格登记了已办活动："),
    "held_import_undone": _l("撤销了用表格登记的已办活动："),
    "entries_imported": _l("用表格导入了"), "exported": _l("导出了"), "names_shown": _l("查看了完整姓名："),
    "name_shown": _l("查看了完整姓名："), "names_packed": _l("把完整姓名放进了佐证材料："),
    "register_linked": _l("接上了登记："),
    "reached": _lp("audit", "完成了"), "unreached": _l("改回未完成："), "figure_entered": _l("填了"),
    "figure_replaced": _l("更新了"), "figure_removed": _l("删除了一个外部数字："),
    "figures_imported": _l("用表格导入了"),
    "changed": _l("改了"), "adopted": _l("启用了"), "rolled_over": _l("滚动生成了"),
    "lights_shown": _l("公开了各项任务的灯："), "lights_hidden": _l("不再公开各项任务的灯："),
    "result_entered": _l("填报了往年结果："),
    # reports
    "sealed": _l("封存了"), "amended": _l("补正了"), "report_asked": _l("生成了报表"),
    "template_set": _l("换了报告模板："), "template_removed": _l("不再用自己的报告模板："),
    # the plan's sheet and what it asks for
    "sheet_imported": _l("用表格导入了"), "import_undone": _l("撤销了导入："),
    "entered_in_plan": _l("写进了计划："), "taken_from_plan": _l("从计划里撤下了"),
    "brought_back": _l("恢复进计划："), "target_confirmed": _l("确认了目标："), "target_split": _l("分解了目标："),
    "target_removed": _l("删除了目标："), "target_added": _l("添加了目标："),
    "days_entered": _l("登记了休息日和上班日："), "days_removed": _l("删除了登记的日子："),
    "term_entered": _l("登记了学校的日子："), "term_removed": _l("删除了学校的日子："),
    "rule_laid_down": _l("加了"), "rule_switched_on": _l("启用了"), "rule_switched_off": _l("停用了"),
    # the installation
    "made": _l("做了"), "released": _l("放行了"),
    # the audit itself
    "audit_exported": _l("导出了操作记录"), "plan_exported": _l("导出了计划任务表"),
}

# One word may mean another thing of another noun.
DONE_TO = {("Sending", "held"): _l("停下了")}

PLACE_ALONE = _l("换了地点：")  # a move to another place at the same time

# Where two verbs have one word, a filter says of what: the types whose word stands in brackets.
SAID_OF = {
    "cancelled": ("Event",), "lifted": ("PublishingRule",), "withdrawn": ("Enrolment",),
    "restored": ("Event", "Backup"), "reopened": ("Organization", "Register", "Programme"),
    "enrolled": ("Enrolment",), "entered": ("RegisterEntry",), "figure_entered": ("OutsideFigure",),
    "invited": ("Person",), "founded": ("Organization", "Register", "Milestone", "Programme"),
    "revised": ("Event", "Task", "MonthlyReturn"), "changed": ("OfficeSettings", "SignInRules"),
    "entries_imported": ("Register",), "figures_imported": ("OutsideFigure",), "sheet_imported": ("PlanRevision",),
    "names_shown": ("Register",), "name_shown": ("RegisterEntry",),
    "rescheduled": ("Event",), "moved": ("Organization",), "held": ("Event",),
    "closed": ("Event", "Organization", "Register"), "slip_closed": ("SupervisionSlip",),
    "returned": ("Event", "MonthlyReturn"), "removed": ("RegisterEntry",), "filed": ("MonthlyReturn",),
    "approved": ("MonthlyReturn",), "prepared": ("SupervisionSlip",), "sent": ("SupervisionSlip",),
    "dropped": ("SupervisionSlip",), "made": ("Backup",), "released": ("Sending",), "reached": ("Milestone",),
    "published": ("Event",), "unpublished": ("Event",), "submitted": ("Event",), "adopted": ("Plan",),
    "figure_replaced": ("OutsideFigure",), "renamed": ("Organization", "Task", "Programme"),
    "shared_out": ("Event",), "corrected": ("Enrolment", "Person", "RegisterEntry"),
    "merged": ("Organization",), "deactivated": ("Person",), "reactivated": ("Person",), "sealed": ("Snapshot",),
    "amended": ("Snapshot",), "laid_down": ("PublishingRule",), "rolled_over": ("Plan", "Event"),
    "rule_switched_off": ("ReminderRule",),
    "exported": ("Register",), "handed_over": ("Person",), "postponed": ("Event",),
}

# What people do at the door is said of themselves: they are not known yet as who acts.
OF_ONESELF = frozenset({
    "signed_in", "signed_in_by_link", "sign_in_failed", "signed_out", "sessions_ended", "password_set",
    "recovery_asked", "recovery_code_used", "recovery_codes_renewed", "second_factor_added",
    "second_factor_removed", "passkey_removed", "audit_exported", "plan_exported"})

# The same done to somebody else's account, whose name follows.
OF_ANOTHER = {
    "sessions_ended": _l("结束了登录："), "password_set": _l("设了密码："),
    "recovery_codes_renewed": _l("换了恢复码："), "second_factor_added": _l("开了两步验证："),
    "second_factor_removed": _l("关了两步验证："),
    "passkey_removed": _l("删除了通行密钥："),
}

# Nouns stand inside a sentence, while the same Chinese is elsewhere a heading or a button: hence their context.
THINGS = {
    "Task": _lp("audit", "任务"), "Category": _lp("audit", "类别"), "PlanRevision": _l("任务分解表"),
    "Event": _lp("audit", "活动"), "Enrolment": _lp("audit", "报名"), "Person": _lp("audit", "人员"),
    "Organization": _lp("audit", "单位"), "OfficeSettings": _l("单位设置"), "Plan": _lp("audit", "计划"),
    "PublishingRule": _l("发布办法"), "SignInRules": _lp("audit", "登录要求"), "UnknownAccount": _l("不存在的账号"),
    "Job": _l("后台任务"), "Register": _lp("audit", "台账"), "RegisterEntry": _lp("audit", "登记"),
    "Milestone": _lp("audit", "节点"), "Programme": _lp("audit", "品牌活动"),
    "OutsideFigure": _lp("audit", "外部数字"), "Indicator": _lp("audit", "指标"),
    "EventChange": _l("送审的修改"), "Backup": _l("备份"), "Sending": _lp("audit", "发信"),
    "MonthlyReturn": _lp("audit", "月报"), "SupervisionSlip": _lp("audit", "督办单"), "Snapshot": _l("封存的报表"),
    "Delivery": _lp("audit", "信件"), "Storm": _l("因退信停下的信"),
    "LetterWording": _l("信的措辞"), "ReminderRule": _l("提醒规则"),
    "Days": _lp("audit", "日历"), "SchoolTerm": _lp("audit", "学期"),
    "Follower": _l("邮件关注"), "Reader": _lp("audit", "可选信件"),
    "FeedToken": _l("私人日历"), "SavedSlice": _l("短地址"),
}

ACTORS = {"participant": _l("没有登录的人"), "cli": _l("命令行"), "job": _l("系统"), "system": _l("系统")}

FIELDS = {
    "code": _l("编号"), "official_wording": _l("主要内容"), "delivered_by": _l("怎么完成"),
    "event_kind": _l("建议的活动类型"), "target_wording": _l("目标"), "lead_wording": _l("牵头单位（原文）"),
    "lead_organization_id": _l("牵头单位"), "supporting": _l("配合单位"), "in_charge": _l("责任人"),
    "form_of_result": _l("成果形式"), "progress_note": _l("进展"), "wording": _l("原文"),
    "comparison": _l("比较方式"), "minimum": _l("目标数"), "maximum": _l("上限"), "counting": _l("数什么"),
    "per": _l("按地方"), "basis": _l("性质"), "measure": _l("怎么计"), "register_id": _l("台账"),
    "quarters": _l("季度累计"), "is_confirmed": _l("已确认"), "summary": _l("结果"),
    "title": _l("名称"), "title_en": _l("英文名称"), "description": _l("介绍"), "location": _l("地点"),
    "online_url": _l("线上地址"), "speaker": _l("主讲"), "audience": _l("对象"), "contact": _l("联系"),
    "capacity": _l("名额"), "signup_closes_at": _l("报名截止"), "credit_hours": _l("学时"),
    "advance_count": _l("晋级数"), "kind": _l("种类"), "state": _l("状态"),
    "letter_state": _l("状态"), "subject": _l("主题"), "opening": _l("开头"), "reason": _l("原因"),
    "starts_at": _l("开始"), "ends_at": _l("结束"), "is_all_day": _l("全天"), "tasks": _l("计划任务"),
    "regions": _l("地区"), "shares": _l("各地份额"),
    "attendances": _l("人次"), "people": _l("人数"), "materials": _l("资料（份）"),
    "name": _l("姓名或名称"), "name_en": _l("英文名称"), "email": _l("邮箱"), "mobile": _l("手机号"),
    "unit": _lp("audit field", "单位"), "old_name": _l("原姓名"), "old_contact": _l("原联系方式"),
    "old_unit": _l("原单位"),
    "anchor": _l("以什么为准"), "lead": _l("提前或推后"), "letters": _l("几封信"),
    "role": _l("角色"), "roles": _l("角色"), "organization": _l("单位"), "parent": _l("上级"),
    "aliases": _l("别名"), "closed": _l("已关闭"), "count": _l("条数或人数"),
    "year": _l("年度"), "address": _l("网络地址"), "tolerance": _l("允许偏差（%）"), "closing": _l("信末附言"),
    "participants_kept_days": _l("报名信息保留天数"), "reminder_leads": _l("默认提醒"),
    "mail_per_minute": _l("每分钟发信"), "mail_per_day": _l("每天发信"), "idle_minutes": _l("无操作退出（分钟）"),
    "second_factor": _l("两步验证"), "via": _l("方式"), "into": _l("并入"), "rows": _l("行数"),
    "files": _l("文件"), "moved": _l("随之转移"), "fields": _l("修改的内容"), "wanted": _l("提出的修改"),
    "decided_reason": _l("意见"), "to": _l("交给"), "made_at": _l("做于"), "change": _l("修改"),
    "series": _l("系列"), "signup_opens_at": _l("报名开始"), "takes_enrolments": _l("接受报名"),
    "is_for_children": _l("面向未满14周岁的孩子"), "guardian": _l("监护人"), "old_guardian": _l("原监护人"),
    "enrolled": _l("报名人数"), "withdrawn": _l("取消报名人数"), "attended": _l("签到人数"),
    "icp_number": _l("ICP 备案号"), "security_number": _l("公安备案号"), "site_code": _l("网站标识码"),
    "reviewer": _l("谁来审"), "text": _lp("audit field", "内容"), "successor": _l("接手的人"), "events": _l("活动"),
    "facts": _l("事实"), "due_on": _l("时限"), "closing_fact": _l("办理结果"),
    "words": _l("写的话"), "problems": _l("问题和打算"), "period": _l("时段"), "digest": _l("校验值"),
    "returned_reason": _l("退回原因"), "zone": _l("时区"), "slug": _l("网址"),
    "password_days": _l("密码有效期（天）"), "second_factor_roles": _l("要两步验证的角色"),
    "blue_from": _l("蓝灯从百分之几起"), "yellow_from": _l("黄灯从百分之几起"), "return_day": _l("月报几号前报"),
    "change_held_minutes": _l("改动过几分钟再通知"),
    "register": _lp("audit field", "登记"), "standing": _l("进展"), "level": _l("级别"),
    "approval_number": _l("批复文号"),
    "note": _l("备注"), "withdrawn_reason": _l("撤销原因"), "applied_on": _l("申报日期"),
    "reviewed_on": _l("评审日期"), "announced_on": _l("公示日期"), "approved_on": _l("批复日期"),
    "plaque_on": _l("授牌日期"), "withdrawn_on": _l("撤销日期"), "can_host": _l("能办活动"),
    "is_personal": _l("登记的是人"), "new": _l("新增"), "changed": _l("更新"), "left_out": _l("没有导入"),
    "removed": _l("删除"),
    "region": _l("地区"), "q": _l("搜索"), "reached_on": _l("完成日期"), "step": _l("步骤"),
    "days": _l("日子"), "first": _l("第一天"), "last": _l("最后一天"),
    "indicator": _l("指标"), "month": _l("月份"), "source": _l("来源"), "true_on": _l("截至"),
    "amount": _l("数字"), "is_running_total": _l("累计"), "hosts": _l("举办地"), "programmes": _l("品牌活动"),
    "holds": _l("放进什么"), "query": _l("筛选"),
    "starts_on": _l("开始日期"), "parts": _l("下属场次"), "result": _l("结果"),
    "stopped": _l("收回的信"), "stopped_at": _l("原来的系统停于"),
    "about": _lp("audit field", "对象"), "who": _l("谁"), "what": _l("做了什么"), "since": _l("从"),
    "until": _l("到"),
}
VALUES = {
    "via": {"link": _l("一次性链接"), "password": _l("密码"), "provider": _l("统一身份认证"),
            "password set": _l("设密码时"), "password changed": _l("改密码时"),
            "link and second factor": _l("一次性链接加两步验证"),
            "password and second factor": _l("密码加两步验证"),
            "provider and second factor": _l("统一身份认证加两步验证")},
    "kind": {"passkey": _l("通行密钥"), "one_time_code": _l("一次性验证码")},
    "level": {"city": _l("市州级单位"), "county": _l("区县级单位")},
    "standing": {"listed": _l("在册"), "applied": _l("已申报"), "reviewed": _l("已评审"), "announced": _l("公示中"),
                 "approved": _l("已批复"), "plaque": _l("已授牌"), "withdrawn": _l("已撤销")},
    "step": {"application": _l("申报"), "review": _l("评审"), "announcement": _l("公示"), "approval": _l("批复"),
             "plaque": _l("授牌"), "other": _l("其他")},
    "letter_state": {"pending": _l("待发"), "failed": _l("未送达"), "cancelled": _l("已撤回"), "missed": _l("错过")},
    "comparison": {"exact": _l("正好"), "range": _l("从几到几"), "about": _l("左右"), "at_least": _l("至少"),
                   "more_than": _l("多于")},
    "basis": {"stated": _l("文件写明"), "working": _l("内部目标"), "counted": _l("据文字列举统计")},
    "reviewer": {"self": _l("自己"), "parent": _l("上级"), "root": _l("最上级")},
}
# Said in the sentence, or a number that tells nobody anything.
HIDDEN = frozenset({"event", "change", "event_id", "organization_id"})


def doings() -> list[tuple[str, str]]:
    """Each verb and its words in a filter, which no two share."""
    told = []
    for what, word in DONE.items():
        things = _("、").join(str(THINGS[one]) for one in SAID_OF.get(what, ()))
        done = str(word).rstrip("：: ")
        told.append((what, _("%(done)s（%(things)s）", done=done, things=things) if things else done))
    return told
